def items(text): raise NotImplementedError
