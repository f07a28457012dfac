"""How request fields are spelled: camelCase outside, snake_case inside."""

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class Body(BaseModel):
    """Fields of a request, taken by their camelCase names. Unknown fields are ignored."""

    model_config = ConfigDict(alias_generator=to_camel)
