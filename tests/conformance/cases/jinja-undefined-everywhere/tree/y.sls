a
{{ 'x' ~ nope }}
