a:
  test.configurable_test_state:
    - changes: false
    - result: true
    - comment: |
        {{ 'a,b,,c'.split(',') }} {{ 'a b  c'.rsplit(None, 1) }} {{ 'abc'.partition('b') }} {{ 'x'.center(5, '*') }} {{ '7'.zfill(3) }} {{ 'aXb'.swapcase() }} {{ 'a-b'.title() }}
        {{ 'abc'.find('z') }} {{ 'abcabc'.rfind('b') }} {{ 'a\nb'.splitlines() }} {{ 'abc'.startswith(('x', 'a')) }} {{ 'pre-x'.removeprefix('pre-') }} {{ 'abc'[::-1] }} {{ 'abc'[-2:] }}
