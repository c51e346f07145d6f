"a b":
  'test.nop':
    - "text": x
    - ? complex
      : value
