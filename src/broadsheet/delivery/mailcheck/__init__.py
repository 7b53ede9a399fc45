"""Whether mail of this instance will be believed: what the domain name system says of its domains, explained."""
