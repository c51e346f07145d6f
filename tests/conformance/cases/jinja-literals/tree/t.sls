a:
  test.configurable_test_state:
    - changes: false
    - result: true
    - comment: |
        {{ 1_000 }} {{ 0x1f }} {{ 0b11 }} {{ 0o17 }} {{ 1e3 }} {{ 1.5e-3 }} {{ 'a' 'b' }} {{ "it's" }} {{ 'tab\there' }} {{ 'u\u0041' }}
        {{ True }} {{ None }} {{ (1,) }} {{ () }} {{ [1, 2,] }} {{ {'a': 1,} }} {{ 10 // 3 }} {{ -7 // 2 }} {{ -7 % 3 }} {{ 2 ** 10 }} {{ 2 ** -1 }} {{ 1 < 2 < 3 }}
