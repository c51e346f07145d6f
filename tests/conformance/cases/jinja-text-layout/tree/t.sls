a:
  test.configurable_test_state:
    - changes: false
    - result: true
    - comment: |
        {{ 'hello world foo'|truncate(10) }} {{ 'hello'|center(9) }}| {{ 'hello wORLD'|title }} {{ 'hELLO'|capitalize }} {{ 'a b c'|wordcount }} {{ 'xxaxx'|trim('x') }}
        {{ 'a b c d'|wordwrap(3)|replace('\n', '/') }} {{ ['a', 'b', 'c']|batch(2, '-')|list }} {{ [1, 2, 3]|slice(2)|list }} {{ 'a\nb'|indent(2)|replace('\n', '/') }}
