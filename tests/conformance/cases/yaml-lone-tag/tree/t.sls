a:
  test.nop:
    - plain: ! 12
    - truth: ! yes
    - quoted: ! '12'
    - block: ! |
        12
    - list: ! [1]
    - nothing: !
