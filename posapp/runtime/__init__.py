"""Where Qt and asyncio meet: loop, tasks, dialogs, crash path."""
