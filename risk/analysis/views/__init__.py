"""Views: what somebody believes of a run's numbers, and what the run says if that is so (entropy pooling)."""
