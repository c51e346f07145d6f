#!json
{
  "a": {"test.nop": [}
}
