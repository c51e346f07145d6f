a:
  test.configurable_test_state:
    - changes: false
    - result: true
    - comment: |
        {{ 2.5|round }} {{ 42|round }} {{ 2.675|round(2) }} {{ 1250|round(-2) }} {{ 42.51|round(1, 'ceil') }} {{ 1500000|filesizeformat }} {{ '12.7'|int }} {{ 'x'|int(9) }} {{ '1f'|int(0, 16) }}
        {{ [1, 3, 2]|max }} {{ ['a', 'B']|max }} {{ [3, 1]|min }} {{ [1, 2.5]|sum }} {{ (-5)|abs }} {{ -5|abs }} {{ 7.5 // 2 }}
