"""The pages: functions of a request, by method and path."""
