a:
  test.configurable_test_state:
    - changes: False
    - result: True
    - comment: common
    - names:
      - one
      - two:
        - comment: own
      - three:
        - name: renamed
        - changes: True
