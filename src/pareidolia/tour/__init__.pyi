from .telling import (
    tell as tell,
)
