"""Fluent answers by a language model, of which nothing leaves that the articles do not carry."""
