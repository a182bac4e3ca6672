"""What tests lean on: a running gateway, a scriptable upstream, a raw client, and a strict reader of HTTP/1.1 bytes."""
