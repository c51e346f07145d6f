base:
  'role:proxy': [a, {match: pillar}]
  'role:pro*': [b, {match: pillar}]
  'role:prox*': [c, {match: pillar_exact}]
  'deep:list:two': [d, {match: pillar}]
  'role:p.*y': [e, {match: pillar_pcre}]
  'I@deep:number:5': [f]
  'J@role:^pro': [g]
  'flag:True': [h, {match: pillar}]
