"""Stories of several transactions, with payments and messages between them."""
