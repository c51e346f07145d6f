größe:
  test.nop:
    - text: naïve café 日本語 ✓
