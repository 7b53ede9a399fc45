"""How the rules of ranking were chosen and what they bring; decision 0016 tells the outcome."""
