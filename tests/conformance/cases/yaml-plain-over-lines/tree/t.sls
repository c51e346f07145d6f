a:
  test.nop:
    - text: one
        two

        three
    - colon: http://host:80/path
    - hash: a#b
    - dash: -x
    - question: ?x
    - marks: a:b, c]d}
    - percent: 50%
    - star: a*b
    - inner: one # a comment
    - list:
      - not indented more
      - a
       b
