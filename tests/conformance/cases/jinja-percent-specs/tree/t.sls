a:
  test.configurable_test_state:
    - changes: false
    - result: true
    - comment: |
        {{ '%d %5.1f|%-6s|%06d|%x|%%|%r|%e' % (3.7, 2.25, 'ab', 42, 255, 'q', 1.5) }} {{ '%(a)s-%(b)03d' % {'a': 'x', 'b': 7} }}
        {{ '%s' % [1, 'a'] }} {{ '%s and %s' % ('a', none) }} {{ '%*d' % (5, 3) }} {{ '%.2s|%10s' % ('abc', 'r') }}
