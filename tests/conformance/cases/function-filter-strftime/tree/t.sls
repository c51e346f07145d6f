a01: {{ (0|strftime('%Y'))|json }}
a02: {{ ('2017-03-08T17:05:29'|strftime('%d/%m/%y %H:%M'))|json }}
a03: {{ ('2002/12/25'|strftime)|json }}
a04: {{ ('May 5 2020'|strftime('%Y-%m-%d'))|json }}
a05: {{ ('2020-01-02 3pm'|strftime('%H'))|json }}
a06: {{ ('2020-01-02 +1 day'|date_format)|json }}
a07: {{ ('2017-03-08'|strftime('%c|%x|%X|%f|%j'))|json }}
