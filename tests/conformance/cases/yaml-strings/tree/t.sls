a:
  test.nop:
    - hash: [a#b, 'a #b']
    - colon: [3:3.0.7-1chl1~trusty1, "x: y", http://example.net:80/a]
    - quoted: ['it''s', "tab\there", "caf\u00e9", '\n']
    - dates: [2016-06-09, 2016-06-09 11:18:57, 2016-06-09T11:18:57Z]
    - plain: a long plain scalar
        that goes on
    - percent: 50%
    - at: "@here"
