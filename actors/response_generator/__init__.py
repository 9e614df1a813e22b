from actors.response_generator.generator import response_generator

__all__ = ["response_generator"]
