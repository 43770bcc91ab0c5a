"""Beancount directives to events and back."""
