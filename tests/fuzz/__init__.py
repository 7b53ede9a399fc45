"""Damaged files of every format: none may crash the readers, hang them, or give a record that is not one."""
