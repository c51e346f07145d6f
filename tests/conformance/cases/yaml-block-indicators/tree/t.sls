a:
  test.nop:
    - literal: [x]
    - clip: |
        a

        b


    - strip: |-
        a

    - keep: |+
        a


    - folded: >
        a
        b

        c
         more
         more
        d
    - fold-strip: >-
        a
        b
    - fold-keep: >+
        a

    - deep: |2
          two more
        none more
    - deep-strip: |-1
         one more
    - both: |+1
         x

    - hash: |
        # no comment
        a # neither
    - blank: |


    - end: |
        the last line has no newline