a:
  test.configurable_test_state:
    - changes: false
    - result: true
    - comment: |
        {{ '{:.1%} {:>6}|{:<6}|{:^6}|{:*^7}'.format(0.256, 'a', 'b', 'c', 'd') }}
        {{ '{:05d} {:x} {:#x} {:,} {:+d} {:.2f} {:e}'.format(42, 255, 255, 1234567, 3, 2.5, 12345.6) }}
        {{ '{0[a]} {x[y]} {0[b][1]} {:>{w}}'.replace(' {:>{w}}', '').format({'a': 1, 'b': [1, 2]}, x={'y': 2}) }}
