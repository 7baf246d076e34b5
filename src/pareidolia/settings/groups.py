"""The headings under which help shows options: `Field(json_schema_extra=ADVANCED)`. No torch here.

An option without one stands under "How it looks".
"""

from pydantic.config import JsonDict

WHAT: JsonDict = {"group": "What"}
NETWORK: JsonDict = {"group": "Network"}
OUTPUT: JsonDict = {"group": "Output"}
ADVANCED: JsonDict = {"group": "Advanced"}
