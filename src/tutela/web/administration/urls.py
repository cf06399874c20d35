"""Addresses of keeping users, compartments, members, and the house."""

from __future__ import annotations

from typing import Final

from django.urls import path

from tutela.web.administration import compartments, house, ledger, users

app_name: Final = "administration"
urlpatterns: Final = [
    path("", house.show_start, name="start"),
    path("users/", users.list_users, name="users"),
    path("users/new/", users.create_user, name="new-user"),
    path("users/<uuid:number>/", users.show_user, name="user"),
    path("users/<uuid:number>/shut/", users.shut_user, name="shut"),
    path("users/<uuid:number>/link/", users.hand_link, name="link"),
    path("compartments/new/", compartments.create_compartment, name="new-compartment"),
    path("compartments/<int:number>/", compartments.show_members, name="members"),
    path("compartments/<int:number>/admit/", compartments.admit, name="admit"),
    path("compartments/<int:number>/dismiss/", compartments.dismiss, name="dismiss"),
    path("compartments/<int:number>/safe/", compartments.declare_safe, name="safe"),
    path("compartments/<int:number>/mode/", compartments.set_mode, name="mode"),
    path("ledger/", ledger.list_ledgers, name="ledgers"),
    path("ledger/house/", ledger.show_house, name="house-ledger"),
    path("ledger/<int:number>/", ledger.show_compartment, name="ledger"),
    path("broken-glass/", house.break_glass, name="glass"),
    path("house/", house.set_house_mode, name="house"),
]
