@echo off
rem Double-clickable on Windows: opens the window, installing first where needed.
cd /d "%~dp0"
set PYTHON=python
where py >nul 2>nul && set PYTHON=py -3
%PYTHON% launch.py %*
if errorlevel 2 if "%~1"=="" pause
