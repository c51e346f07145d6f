version: 1.10
port: 0755
yes_value: yes
time: 12:30
text: |
  a
  b
none:
list: [{a: 1}, [2]]
1: integer key
true: bool key
