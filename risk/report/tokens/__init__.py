"""What tokens cost, for screen and sheet: what was found, in tables, in sentences."""
