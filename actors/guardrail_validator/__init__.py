from actors.guardrail_validator.checks import check_text
from actors.guardrail_validator.validator import SAFE_REPLY, guardrail_validator

__all__ = ["SAFE_REPLY", "check_text", "guardrail_validator"]
