{# never
