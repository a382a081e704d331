"""What the tests share: a scripted server, a real Secret Service, the watch over logs, the canary key."""
