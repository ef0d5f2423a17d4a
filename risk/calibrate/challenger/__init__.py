"""A reduced form beside the model: capex by its own past, a company by its equity, pools by one factor.

It knows nothing of couplings. Where it differs, either a coupling matters or one of both is wrong; which
coupling closes how much is measured, not argued.
"""
