a:
  test.nop:
    - lower_yes: yes
    - lower_no: no
    - on_off: [on, off, On, OFF]
    - capital: [Yes, YES, No, TRUE, False]
    - text: [y, n, Y, N, tRue, yES]
    - nothing: [~, null, Null, NULL, ]
    - words: [none, nil, None]
