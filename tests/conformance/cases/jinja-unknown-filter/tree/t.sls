a:
  test.nop:
    - text: {{ 'x'|nosuchfilter }}
