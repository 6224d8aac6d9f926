"""What a bank learns about an entry: alerts, their numbers, filters and screening answers.

Never changes an entry: it reads what `joint_list` made.
"""
