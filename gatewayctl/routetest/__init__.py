"""What happens to a request, decided without a network by the same parts that decide it live."""
