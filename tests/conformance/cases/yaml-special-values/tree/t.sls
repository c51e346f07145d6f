{% load_yaml as i %}[.inf, .Inf, .INF, -.inf, +.inf, .nan, .NaN, 1.0e+400]{% endload %}
a:
  test.nop:
    - special: '{{ i }}'
    - nulls: [~, null, Null, NULL, nULL, none, None, nil, '']
    - truths: [yes, Yes, YES, yEs, on, On, ON, true, True, TRUE, tRUE, y, Y, t]
    - lies: [no, No, NO, nO, off, Off, OFF, false, False, FALSE, n, N, f]
    - infinite: [.iNF, inf, Infinity, nan]
    - dots: [., .., ...]
