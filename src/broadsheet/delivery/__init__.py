"""What leaves by itself: subscriptions, digests, the delivery ledger, alerts, webhooks, unsubscribe, bounces."""
