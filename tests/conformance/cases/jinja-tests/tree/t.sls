a:
  test.nop:
    - string: {{ 'x' is string }} 
    - number: {{ 1 is number }}
    - mapping: {{ {} is mapping }}
    - iterable: {{ [] is iterable }}
    - none: {{ none is none }}
    - even: {{ 2 is even }}
    - divisible: {{ 9 is divisibleby 3 }}
    - same: {{ 1 is sameas 1 }}
    - match: {{ 'abc' is match('ab') }}
    - in: {{ 'a' in 'abc' }}
    - not_in: {{ 'z' not in ['a'] }}
    - chain: {{ 1 < 2 < 3 }}
    - cond: {{ 'yes' if grains.os == 'Debian' else 'no' }}
    - andor: {{ '' or 'second' }} 
    - and: {{ 'a' and 'b' }}
