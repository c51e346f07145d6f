base:
  '10.0.0.5': [a, {match: ipcidr}]
  '10.0.0.0/30': [b, {match: ipcidr}]
  '::1': [c, {match: ipcidr}]
  '::/0': [d, {match: ipcidr}]
  'S@10.0.0.5': [e]
  'S@10.0.0.0/29 and fp-1': [f]
  'S@nonsense': [g]
  '10.0.0.1/8': [h, {match: ipcidr}]
