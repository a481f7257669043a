@echo off
setlocal
cd /d "%~dp0"
set OUT=%CD%\out
if exist "%OUT%" rmdir /s /q "%OUT%"
mkdir "%OUT%"
dotnet build Wcf -c Release -v q -nologo || exit /b 1
dotnet build Ours -c Release -v q -nologo || exit /b 1
Ours\bin\Release\net10.0\Ours.exe certificates "%OUT%\certificates" || exit /b 1
Wcf\bin\Release\net48\Wcf.exe all "%OUT%" "Ours\bin\Release\net10.0\Ours.exe"
type "%OUT%\table.txt"
rmdir /s /q "%OUT%\certificates"
echo Send back the folder %OUT%
