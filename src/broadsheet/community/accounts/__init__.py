"""How people sign up and sign in: what the house adds to django-allauth."""
