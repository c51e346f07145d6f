a:
  test.configurable_test_state:
    - changes: false
    - result: true
    - comment: |
        {% set odd = [1, 2, 3]|select('odd') %}{{ odd|list }} {{ odd|list }} {{ 'true' if odd else 'false' }}
        {% set none_left = []|map('upper') %}{{ 'yes' if none_left else 'no' }} {{ [1, 2]|reverse|first }}
