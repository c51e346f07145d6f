a:
  test.nop:
    - escapes: "\t\"\\\/\a\b\e\f\n\r\v\0\ \_\N\L\P"
    - codes: "\x41\u00e9\U0001F600"
    - folded: "one
        two

        three \
        four   \
          five"
    - ends: " a "
    - quotes: 'it''s'
    - lines: 'one
        two


        three'
