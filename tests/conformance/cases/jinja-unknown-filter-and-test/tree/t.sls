{{ 1|nosuch }}
