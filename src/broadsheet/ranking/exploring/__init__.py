"""What is shown and what comes of it: impressions, exploration, position bias, diversity, calibration."""
