a:
  test.nop:
    - literal: |
        one
          two

        three
    - strip: |-
        one
        two
    - keep: |+
        one

    - folded: >
        one
        two

        three
          four
        five
    - folded_strip: >-
        a
        b
    - indented: |2
          two more
        none
