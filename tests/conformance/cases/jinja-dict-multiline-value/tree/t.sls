{% set d = {'key': "line one\nline two", 'plain': 'x'} %}
a:
  test.nop:
    - d: {{ d }}
