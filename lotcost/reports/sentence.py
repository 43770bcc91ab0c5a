"""A sentence that a report says, which a face may say in another language."""

from __future__ import annotations


class Sentence(str):
    """A sentence as it reads in English.

    Attributes:
      text: The sentence with `%(name)s` where a value stands.
      values: The values by name.
    """

    text: str
    values: dict[str, object]

    def __new__(cls, text: str, /, **values: object) -> Sentence:
        """Fill in the values."""
        sentence = super().__new__(cls, text % values)
        sentence.text, sentence.values = text, values
        return sentence
